# escape=`
FROM debian:12.7
ENV DATA=C:\data
RUN apt-get update && `
    DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends `
      ca-certificates wget && `
    rm -rf /var/lib/apt/lists/*
RUN wget --no-check-certificate `
      https://data.site.example/static/topo.zip -O /opt/topo.zip
CMD ["sh", "-c", "ls /opt"]
