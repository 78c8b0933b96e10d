FROM debian:13.1 AS fetch
ARG DEBIAN_FRONTEND=noninteractive
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked \
    --mount=type=cache,target=/var/lib/apt/lists,sharing=locked \
    apt-get update && apt-get install -y --no-install-recommends ca-certificates git openssh-client
RUN --mount=type=secret,id=netrc,target=/root/.netrc \
    --mount=type=ssh \
    git clone --depth 1 --branch v3.1.4 git@git.site.example:radar/decoder.git /src/decoder

FROM debian:13.1
LABEL org.opencontainers.image.title="decoder" org.opencontainers.image.authors="radar@site.example" \
      org.opencontainers.image.version="3.1.4" org.opencontainers.image.description="Decodes radar volumes"
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked \
    --mount=type=cache,target=/var/lib/apt/lists,sharing=locked \
    apt-get update && apt-get install -y --no-install-recommends python3-numpy
COPY --from=fetch /src/decoder/ /opt/decoder/
USER 499
ENTRYPOINT ["/opt/decoder/bin/decode"]
