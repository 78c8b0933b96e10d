# syntax=docker/dockerfile:1
FROM debian:13.1 AS source
ADD https://git.site.example/hydro/mesh.git /src/mesh
ADD https://git.site.example/hydro/grid.git#4f1c2d9e8b7a60534f1c2d9e8b7a60534f1c2d9e /src/grid
ADD --checksum=sha256:24454f830cdb571e2c4ad15481119c43b3cafd48dd869a9b2945d1036d1dc68d https://data.site.example/v3/dem.tif /src/
ADD http://data.site.example/v3/rivers.gpkg /src/
ADD vendor.tar.xz /src/
ADD config/ /src/config/

FROM debian:13.1
COPY --from=source /src/ /opt/hydro/
COPY credentials.json /opt/hydro/
ADD deploy.pem /opt/hydro/
ENV HYDRO_HOME=/opt/hydro \
    SSH_PUBLIC_KEY=none \
    PASSENGER_COUNT=3 \
    TOKENIZER=bpe
ARG DB_CREDENTIAL
USER 499
CMD ["/opt/hydro/run"]
