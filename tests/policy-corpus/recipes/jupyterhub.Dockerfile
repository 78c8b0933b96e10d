FROM registry.example/base/ubuntu:24.04
LABEL org.opencontainers.image.title="hub" \
      org.opencontainers.image.description="Notebook hub of the data analysis group" \
      org.opencontainers.image.authors="hub@site.example" \
      org.opencontainers.image.version="5.2.0" \
      org.opencontainers.image.source="https://git.site.example/hub/image" \
      org.opencontainers.image.revision="76c9a01"
ENV DEBIAN_FRONTEND=noninteractive
RUN apt-get update && apt-get install -y --no-install-recommends python3-venv npm sudo cron && apt-get clean && rm -rf /var/lib/apt/lists/*
RUN python3 -m venv /opt/hub && /opt/hub/bin/pip install --no-cache-dir jupyterhub==5.2.0 'jupyterlab>=4' oauthenticator
RUN npm install -g configurable-http-proxy
COPY jupyterhub_config.py /etc/jupyterhub/
RUN useradd -u 4000001 hubadmin && echo 'hubadmin ALL=(ALL) NOPASSWD:ALL' > /etc/sudoers.d/hub
EXPOSE 8000
USER hubadmin
CMD service cron start && /opt/hub/bin/jupyterhub -f /etc/jupyterhub/jupyterhub_config.py
