FROM osgeo/gdal:ubuntu-small-3.6.3
RUN apt-get update && apt-get install -y python3-pip nginx
RUN pip3 install flask gunicorn rasterio
RUN mkdir /srv/tiles
COPY . /srv/tiles/
EXPOSE 80
CMD nginx & gunicorn -b 0.0.0.0:8000 tiles:app
