FROM debian:12.7-slim
# The words in comments do not count: sudo, apt-get install vim, curl http://x | sh
ENV DEBIAN_FRONTEND=noninteractive LANG=C.UTF-8
RUN apt-get update && apt-get install -y --no-install-recommends \
    python3-sudo-parser libvim-tools \
    && rm -rf /var/lib/apt/lists/*
RUN echo "sudo apt-get install nmap" > /opt/notes.txt && echo 'a | b' >> /opt/notes.txt
RUN set -o pipefail && printf '%s\n' x | sort > /opt/sorted
RUN test -f /opt/notes.txt || exit 1
RUN wget -q -P /opt https://data.site.example/v1/cities.csv && gunzip -c /opt/x.csv.gz > /opt/x.csv
RUN wget -q https://data.site.example/v1/ref.tar.gz && tar -xzf ref.tar.gz -C /opt && rm -f ref.tar.gz
RUN git clone https://git.site.example/a/b.git /opt/b && git -C /opt/b checkout 4f1c2d9
RUN git clone https://git.site.example/a/c.git /opt/c && cd /opt/c && make
RUN mkdir -p /tmp/work && cp /opt/notes.txt /tmp/work/ && rm -rf /tmp/work
RUN chmod 1777 /opt/spool && chmod u+x /opt/b/run
RUN apt-get update && apt-get install -y curl tmux=3.3a-3 && rm -rf /var/lib/apt/lists/*
CMD exec python3 /opt/b/serve.py
