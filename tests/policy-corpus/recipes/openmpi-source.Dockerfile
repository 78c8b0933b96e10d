FROM ubuntu:22.04
RUN apt-get update && \
    apt-get install -y build-essential wget gfortran openssh-client
ENV OMPI_VERSION=4.1.6
RUN cd /opt && \
    wget https://download.site.example/openmpi/openmpi-${OMPI_VERSION}.tar.gz && \
    tar xzf openmpi-${OMPI_VERSION}.tar.gz && \
    cd openmpi-${OMPI_VERSION} && \
    ./configure --prefix=/usr/local && make -j 4 && make install && ldconfig
