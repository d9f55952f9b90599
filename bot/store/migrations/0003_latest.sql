-- How a provider's newest tasks ended.
CREATE INDEX tasks_latest ON tasks (provider, created_at DESC);
