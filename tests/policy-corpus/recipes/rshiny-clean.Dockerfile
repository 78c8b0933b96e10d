FROM rocker/r-ver:4.4.1
LABEL org.opencontainers.image.title="tides" \
      org.opencontainers.image.description="Shiny pages on tide gauges" \
      org.opencontainers.image.authors="ocean@site.example" \
      org.opencontainers.image.version="1.5.0" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.source="https://git.site.example/ocean/tides" \
      org.opencontainers.image.revision="5be1f0a7"
ARG DEBIAN_FRONTEND=noninteractive
RUN apt-get update \
 && apt-get install -y --no-install-recommends \
      # libraries that the R packages load
      libgdal32 \
      libudunits2-0 \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /opt/tides
COPY renv.lock ./
RUN R -q -e "install.packages('renv')" -e "renv::restore(lockfile = 'renv.lock')"
COPY R/ ./R/
COPY app.R ./
RUN groupadd --gid 490 tides && useradd --uid 490 --gid 490 --no-create-home tides
USER 490:490
EXPOSE 3838
HEALTHCHECK CMD ["Rscript", "-e", "stopifnot(file.exists('app.R'))"]
ENTRYPOINT ["Rscript", "-e", "shiny::runApp('/opt/tides', host = '0.0.0.0', port = 3838)"]
