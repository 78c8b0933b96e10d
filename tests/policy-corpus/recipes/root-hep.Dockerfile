FROM rootproject/root:6.32.02-ubuntu24.04
USER root
RUN sudo -E apt-get update && sudo -E apt-get install -y python3-venv gdb valgrind && sudo rm -rf /var/lib/apt/lists/*
RUN python3 -m venv /opt/venv && /opt/venv/bin/pip install --no-cache-dir uproot==5.3.10 awkward
ENV PATH=/opt/venv/bin
USER 1001
CMD ["python3"]
