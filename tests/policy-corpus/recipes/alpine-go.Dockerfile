# syntax=docker/dockerfile:1
FROM golang:1.23.2-alpine3.22 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY cmd/ ./cmd/
COPY internal/ ./internal/
RUN --mount=type=cache,target=/go/pkg/mod \
    --mount=type=cache,target=/root/.cache/go-build \
    CGO_ENABLED=0 go build -trimpath -ldflags="-s -w" -o /out/catalogd ./cmd/catalogd

FROM scratch
LABEL org.opencontainers.image.title="catalogd" \
      org.opencontainers.image.description="Serves the catalogue of observations" \
      org.opencontainers.image.authors="data@site.example" \
      org.opencontainers.image.version="2.3.0" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.source="https://git.site.example/data/catalogd" \
      org.opencontainers.image.revision="9c1185a5c5e9fc54612808977ee8f548b2258d31"
COPY --from=build /out/catalogd /usr/bin/catalogd
COPY etc/catalogd.toml /etc/catalogd/catalogd.toml
USER 499:499
EXPOSE 8080
HEALTHCHECK --interval=30s CMD ["/usr/bin/catalogd", "check"]
ENTRYPOINT ["/usr/bin/catalogd"]
