# Three stages: bundle the TypeScript, build the production modules with ssh2's native addon, keep only what runs.

FROM node:24-bookworm-slim AS bundle
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# No install scripts: the bundler needs none, and the `node` and Postgres binaries stay out.
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts --no-audit --no-fund
COPY scripts/build.ts scripts/text-width.cjs ./scripts/
COPY sync-task/src ./sync-task/src
# The image has Node 24 itself: the binary of the `node` devDependency was not downloaded, so keep it out of npm's PATH.
RUN rm -rf node_modules/.bin/node node_modules/node && npm run build && chmod 0755 dist/bin.js

FROM node:24-bookworm-slim AS modules
RUN apt-get update && apt-get install -y --no-install-recommends python3 make g++ && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=cache,target=/root/.npm npm_package_config_node_gyp_nodedir=/usr/local npm ci --omit=dev --no-audit --no-fund
# Without its addon ssh2 falls back to slower ciphers without a word: better no image than a slow one.
RUN node -e "require('ssh2/lib/protocol/crypto/build/Release/sshcrypto.node')"
# The bundle holds the rest, but for native addons. Of these, what no program reads at run time goes: sources, objects, tests.
RUN cd node_modules \
 && ls -A | grep -vxE 'ssh2|cpu-features' | xargs rm -rf \
 && rm -rf ssh2/test ssh2/examples ssh2/util ssh2/lib/protocol/crypto/src ssh2/lib/protocol/crypto/build/Release/obj.target \
      ssh2/lib/protocol/crypto/build/Release/.deps cpu-features/deps cpu-features/build/Release/obj.target

FROM node:24-bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends tini && rm -rf /var/lib/apt/lists/* /var/cache/apt/* \
 # Writable whatever the user: /state keeps the embedded database, /result is where the DAG's operator reads from,
 # /reports is where a volume for reports goes.
 && install -d -m 1777 /state /result /reports
WORKDIR /app
COPY package.json ./
COPY --from=modules /app/node_modules ./node_modules
COPY --from=bundle /app/dist ./dist
ENV NODE_ENV=production NODE_COMPILE_CACHE=/app/compile-cache XDG_STATE_HOME=/state
# A smoke test of every storage and state, which leaves the code compiled for each short-lived container to come (a sixth
# of its start). As the user of the image: the cache is one for each user id. 75 is "connection refused".
RUN ln -s /app/dist/bin.js /usr/local/bin/sync-task && install -d -o node "$NODE_COMPILE_CACHE" && cd /tmp \
 && setpriv --reuid=node --regid=node --clear-groups sh -euc '\
      sync-task sync --source file:///app/dist --target file:///tmp/smoke --state sqlite:///tmp/smoke.db >/dev/null; \
      here=sftp://nobody@127.0.0.1:1/; \
      sync-task check --source $here --target $here --state postgres://nobody@127.0.0.1:1/none >/dev/null || [ $? = 75 ]; \
      export AWS_ENDPOINT_URL_S3=http://127.0.0.1:1 AWS_ACCESS_KEY_ID=none AWS_SECRET_ACCESS_KEY=none; \
      sync-task check --source s3://none --target s3://none --state sqlite:///tmp/smoke.db >/dev/null || [ $? = 75 ]' \
 && rm -rf /tmp/smoke* && chown -R root:root "$NODE_COMPILE_CACHE"
LABEL org.opencontainers.image.title="sync-task" \
      org.opencontainers.image.description="Moves files one way between SFTP, S3, Azure, Google Cloud Storage and folders, with a durable checkpoint per file" \
      org.opencontainers.image.licenses="Apache-2.0"
USER node
STOPSIGNAL SIGTERM
HEALTHCHECK NONE
# tini is PID 1: it forwards signals and reaps.
ENTRYPOINT ["tini", "--", "sync-task"]
CMD ["--help"]
