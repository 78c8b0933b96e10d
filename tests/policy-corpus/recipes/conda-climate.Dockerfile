# Analysis environment for the monthly climate means
FROM continuumio/miniconda3:latest

RUN apt-get update
RUN apt-get install -y gcc vim wget

RUN conda install -c conda-forge numpy xarray netcdf4
RUN pip install cartopy

ENV PATH /opt/conda/bin:$PATH
COPY . /opt/climate
WORKDIR /opt/climate
CMD python monthly.py
