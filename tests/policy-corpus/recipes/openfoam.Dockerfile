FROM ubuntu:24.04
ENV DEBIAN_FRONTEND noninteractive
RUN apt-get update && apt-get install -y --no-install-recommends \
    ca-certificates wget gnupg software-properties-common && rm -rf /var/lib/apt/lists/*
RUN wget -q -O - https://dl.site.example/openfoam/gpg.key > /etc/apt/trusted.gpg.d/openfoam.asc \
 && add-apt-repository http://dl.site.example/openfoam/ubuntu
RUN apt-get update && apt-get -y install openfoam11
RUN echo "source /opt/openfoam11/etc/bashrc" >> ~/.bashrc
WORKDIR /root
