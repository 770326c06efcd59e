# Node.js 24: supported until April 2028; Debian 13: until August 2028.
FROM node:24-trixie-slim AS node
WORKDIR /app
COPY package.json package-lock.json .npmrc ./

# A registry that asks for a login: docker build --secret id=npmrc,src=$HOME/.npmrc
FROM node AS modules
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc npm ci --omit=dev
# Of what is left only this: this platform's onnxruntime, and nothing that serves writing code.
RUN find node_modules/onnxruntime-node/bin -mindepth 3 -maxdepth 3 -type d \
      -not -path "*/linux/$(node -p process.arch)" -exec rm -r {} + \
 && find node_modules -type f \
      \( -name "*.map" -o -name "*.d.ts" -o -name "*.d.mts" -o -name "*.d.cts" \) -delete

FROM node AS build
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc npm ci
COPY . .
RUN npm run build \
 && rm -r dist/scripts \
 && find dist -name "*.map" -delete
# The weights that come with the image: packs by name; "auto" is the first of the preferred packs that can be had here,
# which the build's output names. Empty: none, and /models has to be a volume.
ARG MODELS=auto
ARG CAMEO_ACCEPT_MODEL_LICENCES=
ARG CAMEO_MODEL_MIRRORS=
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc \
    mkdir /models \
 && export CAMEO_MODELS_DIR=/models NODE_USE_ENV_PROXY=1 \
 && case "$MODELS" in \
      "") ;; \
      auto) node dist/src/cli/cameo.js models ;; \
      *) node dist/src/cli/cameo.js models $MODELS ;; \
    esac

FROM node:24-trixie-slim
WORKDIR /app
# Two areas of memory for all threads instead of eight a core: docs/performance.md.
ENV NODE_ENV=production \
    MALLOC_ARENA_MAX=2 \
    CAMEO_HOST=0.0.0.0 \
    CAMEO_MODELS_DIR=/models \
    CAMEO_DATA_DIR=/data
RUN install -d -o node -g node /data
COPY --from=modules /app/node_modules node_modules
COPY --from=build /models /models
COPY --from=build /app/dist dist
COPY package.json ./
COPY drizzle drizzle
COPY deploy/container/healthy.mjs ./
# The user `node`, by number so that Kubernetes can tell it from root.
USER 1000:1000
VOLUME /data
EXPOSE 8484
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s CMD ["node", "healthy.mjs"]
CMD ["node", "dist/src/main.js"]
