-- Interactions and messages that were taken, so that one that comes twice is not paid for twice.
CREATE TABLE taken (
    id BIGINT PRIMARY KEY,
    taken_at DOUBLE PRECISION NOT NULL
);
