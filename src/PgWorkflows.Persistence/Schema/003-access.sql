-- Who may come in, with what, and what they did.

create table user_account (
    name          text    not null primary key collate nocase,
    role          text    not null,
    password_hash text    not null,
    stamp         text    not null, -- Changes with the password, the role and the end of the account: older cookies are refused then.
    created_at    integer not null,
    created_by    text    not null,
    changed_at    integer not null
);

create table api_key (
    id           text    not null primary key,
    name         text    not null,
    role         text    not null,
    hash         text    not null unique, -- SHA-256 of the key; the key itself is 256 random bits and is nowhere.
    created_at   integer not null,
    created_by   text    not null,
    expires_at   integer not null,
    last_used_at integer,
    revoked_at   integer,
    revoked_by   text
);

create table audit (
    id        integer not null primary key autoincrement,
    timestamp integer not null,
    actor     text    not null,
    address   text    not null,
    action    text    not null,
    target    text    not null,
    outcome   text    not null,
    detail    text
);
