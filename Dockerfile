# One image for web, worker, scheduler and the commands of the administrator.
FROM node:22-slim AS frontend
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY scripts/build_frontend.mjs scripts/
COPY templates templates
COPY partnership partnership
COPY programs programs
COPY cases cases
COPY referrals referrals
COPY metrics metrics
RUN npm run build

FROM python:3.11-slim
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /app
RUN useradd --create-home portal && mkdir /backups && chown portal /backups
COPY requirements.lock .
RUN pip install --no-cache-dir --require-hashes -r requirements.lock
COPY . .
COPY --from=frontend /app/static/vendor static/vendor
# Static files and translations are part of the image; the secrets of this step are its own and stay nowhere.
RUN PORTAL_ENV=demo python manage.py compile_translations \
 && PORTAL_ENV=demo python manage.py collectstatic --no-input --verbosity 0 \
 && rm -f var/secrets.json && chown -R portal var
USER portal
EXPOSE 8000
CMD ["gunicorn", "partnership.project.wsgi", "--bind", "0.0.0.0:8000", "--workers", "3", "--threads", "4", "--worker-class", "gthread", "--no-control-socket"]
