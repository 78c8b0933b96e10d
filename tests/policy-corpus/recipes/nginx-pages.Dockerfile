FROM nginx:1.27.2-alpine
LABEL org.opencontainers.image.title="portal-web" \
      org.opencontainers.image.description="Static pages of the portal" \
      org.opencontainers.image.authors="portal@site.example" \
      org.opencontainers.image.version="1.8.0" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.source="https://git.site.example/portal/web" \
      org.opencontainers.image.revision="0d3f9bb2c41e"
RUN apk upgrade --no-cache \
 && ln -sf /dev/stdout /var/log/nginx/access.log \
 && ln -sf /dev/stderr /var/log/nginx/error.log \
 && chown -R 101:101 /var/cache/nginx
COPY nginx/portal.conf /etc/nginx/conf.d/default.conf
COPY --chown=101:101 public/ /usr/share/nginx/html/
USER 101:101
EXPOSE 8080
HEALTHCHECK --interval=1m --timeout=3s CMD ["nginx", "-t", "-q"]
STOPSIGNAL SIGQUIT
ENTRYPOINT ["nginx", "-g", "daemon off;"]
