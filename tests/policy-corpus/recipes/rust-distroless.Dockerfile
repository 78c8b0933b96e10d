FROM rust:1.81-slim-bookworm as build
WORKDIR /build
COPY Cargo.toml Cargo.lock ./
COPY src ./src
RUN cargo build --release --locked

FROM gcr.io/distroless/cc-debian12
COPY --from=build /build/target/release/indexer /usr/bin/indexer
ENTRYPOINT ["/usr/bin/indexer"]
