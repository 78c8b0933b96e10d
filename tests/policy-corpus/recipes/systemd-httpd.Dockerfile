FROM centos:stream9
ENV container=docker
RUN dnf install -y --nogpgcheck systemd httpd mod_ssl rsyslog && dnf clean all
RUN systemctl enable httpd
RUN openssl req -x509 -nodes -newkey rsa:2048 -subj /CN=x -keyout /etc/pki/x.key -out /etc/pki/x.crt
VOLUME /sys/fs/cgroup
EXPOSE 8080
CMD ["/sbin/init"]
