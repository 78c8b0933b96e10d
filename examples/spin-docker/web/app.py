"""A web application that says how often it was asked since it started."""

from itertools import count

from flask import Flask

app = Flask(__name__)
visits = count(1)


@app.get("/")
def index():
    return f"This is visit {next(visits)} of this worker.\n"
