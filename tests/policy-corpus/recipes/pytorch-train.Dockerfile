FROM pytorch/pytorch:2.4.1-cuda12.4-cudnn9-runtime
ENV DEBIAN_FRONTEND=noninteractive
RUN apt-get update && apt-get install -y --no-install-recommends \
        git \
        libgl1 \
        tmux \
        htop \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /workspace
COPY . .
RUN pip install -r requirements.txt
RUN git clone https://git.site.example/vision/apex && cd apex && \
    pip install --no-cache-dir ./
RUN chmod -R 777 /workspace
ENTRYPOINT ["python", "train.py"]
