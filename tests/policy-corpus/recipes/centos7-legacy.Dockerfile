FROM centos:7
RUN yum -y update
RUN yum install gcc gcc-gfortran make netcdf-devel sudo
RUN echo "builder ALL=(ALL) NOPASSWD: ALL" >> /etc/sudoers
RUN useradd builder && echo "builder:builder" | chpasswd
RUN sudo -u builder mkdir -p /opt/model
ADD model.f90 Makefile /opt/model/
RUN cd /opt/model && make
RUN yum clean all && rm -rf /var/cache/yum
