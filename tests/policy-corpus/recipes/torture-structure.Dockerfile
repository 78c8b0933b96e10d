FORM debian:13.1
FROM debian:13.1 AS Build
COPY a.c b.c /src
COPY --from=Build /src /copy
RUN
EXPOSE 80/icmp
COPY --chowm=1:1 x /opt/x
ADD notes.txt /opt/
ADD base.tar.gz /opt/
FROM debian:13.1 AS build
COPY lib/*.so /usr/lib
COPY tool tool
RUN sed -n 1p /etc/os-release | tee /opt/os
