FROM ubuntu:18.04
RUN apt update && apt install -y bwa samtools python3-pip less nano curl
RUN pip3 install pysam galaxy-tool-util
RUN curl -sSL https://get.site.example/install.sh | bash
RUN mkdir -p /data && chmod a+rwx /data
VOLUME /data
COPY wrappers/*.xml /opt/galaxy/tools/
CMD ["bwa"]
