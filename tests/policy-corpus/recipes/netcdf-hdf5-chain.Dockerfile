FROM debian:12.7 AS base
RUN apt-get update && apt-get install -y gcc g++ make m4 zlib1g-dev

FROM base AS hdf5
ADD https://download.site.example/hdf5/hdf5-1.14.4.tar.gz /src/
RUN tar -xzf /src/hdf5-1.14.4.tar.gz -C /src && cd /src/hdf5-1.14.4 && ./configure --prefix=/opt/hdf5 && make install

FROM base AS netcdf
COPY --from=hdf5 /opt/hdf5 /opt/hdf5
RUN wget ftp://ftp.site.example/pub/netcdf/netcdf-c-4.9.2.tar.gz && tar xzf netcdf-c-4.9.2.tar.gz \
 && cd netcdf-c-4.9.2 && CPPFLAGS=-I/opt/hdf5/include LDFLAGS=-L/opt/hdf5/lib ./configure --prefix=/opt/netcdf \
 && make install
COPY --from=netcfd /opt/netcdf /opt/netcdf
