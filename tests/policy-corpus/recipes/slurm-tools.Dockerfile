FROM registry.example/base/almalinux:9.4 AS deps
RUN microdnf -y install tar gzip
RUN microdnf -y update && microdnf clean all
FROM deps
COPY --from=deps /usr/bin/tar /opt/bin/tar
RUN yum install -y perf sysstat nmap-ncat man-db && yum clean all
RUN pip3 install --index-url http://pypi.site.example/simple --trusted-host pypi.site.example ruamel.yaml==0.18.6
ENV ACCEPT_EULA=Y
USER daemon
ENTRYPOINT ["/opt/bin/tar"]
