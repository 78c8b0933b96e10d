FROM alpine:3.12
RUN apk update
RUN apk add python3 py3-pip gcc musl-dev openssh bash
COPY . /app
RUN pip install -r /app/requirements.txt
RUN apk del gcc musl-dev
EXPOSE 22 8000
ENTRYPOINT python3 /app/main.py
