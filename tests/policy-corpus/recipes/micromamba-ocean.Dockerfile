FROM mambaorg/micromamba:2.0.2
COPY --chown=57439:57439 ocean.lock.yml /opt/ocean.lock.yml
RUN micromamba install -y -n base -f /opt/ocean.lock.yml \
 && micromamba clean --all --yes
COPY --chown=57439:57439 ocean/ /opt/ocean/
ENV PYTHONUNBUFFERED=1
LABEL org.opencontainers.image.title="ocean" \
      org.opencontainers.image.description="Heat content of the ocean" \
      org.opencontainers.image.authors="ocean@site.example" \
      org.opencontainers.image.version="3.0.0" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.source="https://git.site.example/ocean/heat" \
      org.opencontainers.image.revision="aa11bb22cc33"
USER 57439:57439
ENTRYPOINT ["/usr/local/bin/_entrypoint.sh", "python", "/opt/ocean/heat.py"]
