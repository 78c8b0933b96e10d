FROM site.example/base/rockylinux:8.10
LABEL name="wrf"
RUN yum -y update && yum -y install gcc-gfortran netcdf-fortran-devel csh m4 perl file && yum clean all
WORKDIR /opt
RUN curl -k -L -o wrf.tar.gz https://download.site.example/wrf/v4.5.tar.gz && tar xzf wrf.tar.gz
ENV NETCDF=/usr WRF_DIR=/opt/WRF-4.5 WRF_BIN=$WRF_DIR/main
WORKDIR WRF-4.5
RUN echo 34 | ./configure; ./compile em_real || true
RUN mkdir -p /nobackup/wrf/run && cp -r test/em_real /nobackup/wrf/run
CMD ["./main/wrf.exe"]
CMD ["./main/real.exe"]
