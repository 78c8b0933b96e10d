FROM php:8.3.12-fpm-bookworm
RUN apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
    nginx mariadb-server supervisor && rm -rf /var/lib/apt/lists/*
COPY nginx.conf /etc/nginx/nginx.conf
COPY supervisord.conf /etc/supervisor/conf.d/all.conf
VOLUME ["/var/lib/mysql", "/etc"]
EXPOSE 80 443 3306
HEALTHCHECK CMD curl -f http://localhost/ || exit 1
HEALTHCHECK --interval=1m CMD ["true"]
CMD ["/usr/bin/supervisord", "-n"]
