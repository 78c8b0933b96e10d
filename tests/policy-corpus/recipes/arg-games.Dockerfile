ARG REGISTRY=registry.example
ARG OS
ARG TAG=latest
FROM $REGISTRY/tools/base:${TAG} AS one
ARG TAG
WORKDIR /opt/one
COPY ${SRC_DIR}/ ./

FROM ${OS} AS two
WORKDIR /opt/two
COPY --from=0 /opt/one ./one
COPY --from=3 /opt/three ./three

FROM ${REGISTRY}/tools/base:${TAG:-2.1} AS One
ARG PORT=8443
COPY --from=two / /
EXPOSE ${PORT}/tcp
STOPSIGNAL SIGKILL
CMD ["/opt/one/serve"]
