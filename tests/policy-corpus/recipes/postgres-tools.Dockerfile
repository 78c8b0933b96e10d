FROM registry.spin.nersc.gov/portal/postgis:latest
RUN apt-get update
RUN apt-get -y install postgresql-contrib
RUN rm -rf /var/lib/apt/lists/*
EXPOSE 5432
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["postgres"]
