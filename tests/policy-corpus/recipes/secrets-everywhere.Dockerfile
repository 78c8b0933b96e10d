FROM node:20.17.0-bookworm-slim
ARG NPM_TOKEN
ARG MAX_TOKENS=4096
ENV DB_PASSWORD=changeme-not-real \
    DB_PASSWORD_FILE=/run/secrets/db \
    KEYBOARD_LAYOUT=us
LABEL build.api_key="0000-not-a-key"
WORKDIR /srv/portal
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev
COPY id_rsa /opt/keys/id_rsa
COPY .env.production ./
RUN git clone https://robot:not-a-password@git.site.example/web/theme.git --branch v2.0 theme
RUN mysql --password=not-real -e 'select 1' || true
COPY --chmod=600 <<EOF /etc/portal/sign.pem
-----BEGIN RSA PRIVATE KEY-----
bm90IGEga2V5LCBvbmx5IHRoZSBsb29rIG9mIG9uZSwgZm9yIGEgdGVzdCBvZiBydWxl
-----END RSA PRIVATE KEY-----
EOF
RUN ssh-keygen -t ed25519 -N '' -f /etc/portal/host_key
USER 1000:1000
CMD ["node", "server.js"]
