FROM opensuse/leap:15.4
LABEL maintainer hpc@site.example
RUN zypper ref && zypper install python311 gcc-fortran lsof
ENV MANPATH=:/opt/man
RUN ["/bin/sh", "-c", "mkdir -p /lustre/model && cp -r /etc/skel /lustre/model"]
ENTRYPOINT python3.11
ENTRYPOINT ["python3.11"]
