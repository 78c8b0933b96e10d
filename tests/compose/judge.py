"""Reads folders of compose files with docker-compose's own reader, one a line: FOLDER FILE... Answers a line of JSON for each."""

import json
import logging
import sys

from compose.config import config, serialize
from compose.config.environment import Environment
from compose.config.errors import ConfigurationError

logging.disable(logging.CRITICAL)


def judge(folder, files):
    try:
        found = config.find(folder, files, Environment.from_env_file(folder))
        return {"config": serialize.serialize_config(config.load(found))}
    except ConfigurationError as error:
        return {"error": str(error)}


for line in sys.stdin:
    folder, *files = line.split()
    print(json.dumps(judge(folder, files)), flush=True)
