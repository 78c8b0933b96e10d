FROM ubuntu:22.04
ARG DEBIAN_FRONTEND=noninteractive
RUN apt-get update && \
    apt-get install -y \
      python3 \
      telnet
WORKDIR app
COPY server.py .
EXPOSE 70000
CMD ["python3", "server.py"]
