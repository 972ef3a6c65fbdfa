-- name: owner$
-- Of the database that is connected to.
SELECT pg_get_userbyid(datdba)::text FROM pg_database WHERE datname = current_database();

-- name: roles_there$
SELECT count(*)::int FROM pg_roles WHERE rolname = ANY(:names);

-- name: may_act_as$
SELECT pg_has_role(CAST(:role AS name), 'MEMBER');

-- name: who_may_change_all$
-- The login of the session, where it owns the ledger's tables or may act as their owner.
SELECT CASE WHEN pg_has_role(relowner, 'MEMBER') THEN current_user::text END
  FROM pg_class WHERE oid = 'ledger.seal'::regclass;

-- name: step$
-- The last step that was made of the schema.
SELECT version_num::text FROM public.alembic_version;
