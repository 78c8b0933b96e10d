FROM node:lts AS build
WORKDIR /app
COPY . .
RUN npm install -g typescript
RUN npm ci
RUN npm run build

FROM nginx:stable-alpine
COPY --from=build /app/dist /usr/share/nginx/html
ADD https://cdn.site.example/assets/latest/fonts.css /usr/share/nginx/html/
EXPOSE 80/tcp
CMD ["nginx", "-g", "daemon off;"]
