FROM jupyter/scipy-notebook:2023-10-31
USER root
ONBUILD COPY requirements.txt /opt/requirements.txt
ONBUILD RUN pip install -r /opt/requirements.txt
RUN apt-get update -qq && env DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends graphviz \
    # the package of LaTeX fonts is large, but papers need it
    texlive-fonts-recommended \

    && apt-get clean && rm -rf /var/lib/apt/lists/*
RUN echo 'conda activate base' >> /etc/profile.d/conda.sh && echo 'alias ll="ls -l"' >> /home/jovyan/.bashrc
ENV GITHUB_TOKEN=not-a-token
USER jovyan
WORKDIR /home/jovyan/work
