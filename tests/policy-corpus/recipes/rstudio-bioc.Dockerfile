FROM bioconductor/bioconductor_docker:devel
MAINTAINER Anna Example <anna@site.example>
LABEL version 1.0
RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends libxml2-dev libglpk-dev \
 && apt-get clean \
 && rm -rf /var/lib/apt/lists/*
COPY renv.lock /opt/project/renv.lock
WORKDIR /opt/project
RUN R -e "install.packages('renv', repos = 'https://cran.site.example')" \
 && R -e "renv::restore()"
RUN echo "R_LIBS=/opt/rlib" >> /etc/environment
EXPOSE 8787
CMD /init
