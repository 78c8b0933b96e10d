FROM tensorflow/tensorflow:2.17.0-gpu
USER root
RUN useradd -m -u 1000 ml
WORKDIR /home/ml
COPY train.py /home/ml/train.py
USER ml
RUN pip install --user --no-cache-dir keras-tuner==1.4.7
CMD ["python", "train.py"]
