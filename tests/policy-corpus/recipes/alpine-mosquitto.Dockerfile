FROM registry.example/base/alpine:3.22@sha256:5d2c8f1a7b3e90465d2c8f1a7b3e90465d2c8f1a7b3e90465d2c8f1a7b3e9046
RUN apk upgrade --no-cache \
 && apk add --no-cache mosquitto tini \
 && mkdir -p /var/lib/mosquitto \
 && chown 499:499 /var/lib/mosquitto
COPY --chmod=644 broker.conf /etc/mosquitto/broker.conf
LABEL org.opencontainers.image.title="broker" \
      org.opencontainers.image.description="Messages of the instruments" \
      org.opencontainers.image.authors="daq@site.example" \
      org.opencontainers.image.version="2.0.18" \
      org.opencontainers.image.licenses="EPL-2.0" \
      org.opencontainers.image.source="https://git.site.example/daq/broker" \
      org.opencontainers.image.revision="c7d8e9f0a1b2"
USER 499:499
EXPOSE 1883
ENTRYPOINT ["/sbin/tini", "--", "mosquitto"]
CMD ["-c", "/etc/mosquitto/broker.conf"]
