import time


def test_try(server):
    server.execute(
        "create table people(id serial primary key, name text not null, born date, paid numeric(10,2), ok bool, u uuid default gen_random_uuid(), j jsonb, b bytea, tags text[], at timestamptz default now(), ip inet)",
        "insert into people(name,born,paid,ok,j,b,tags,ip) select 'n'||i, date '2000-01-01'+i%3000, i/7.0, i%2=0, '{}', 'x', array['a','b'], '10.0.0.1' from generate_series(1,5000) i",
        "create view v as select name, born from people where ok",
        "create materialized view mv as select ok, count(*) from people group by 1",
        "create table part(id int, t text) partition by range(id)",
        "create table part1 partition of part for values from (0) to (100)",
        "create table part2 partition of part for values from (100) to (1000)",
        "insert into part select i, 't'||i%7 from generate_series(1,500) i",
        "create table hid(a int)",
        "comment on column people.name is 'who'",
        "create table fk(p int references people(id))",
        "create table big(id int, a text, c int)",
        "insert into big select i, 'v'||i, i%10 from generate_series(1,1000000) i",
        "analyze",
        "grant select on people, v, mv, part, fk, big to scanner",
    )
    with server.open() as c:
        print(c.check())
        t = time.time()
        ds = list(c.datasets())
        print(time.time() - t)
        for d in ds:
            print(d.key, d.kind, d.rows, d.size, d.fingerprint, d.error, d.references, [(f.name, f.kind, f.is_key, f.comment) for f in d.fields])
        for d in ds:
            if d.error:
                continue
            t = time.time()
            s = c.sample(d, 10)
            print(d.key, s.method, s.rows, [x[:2] for x in s.columns], time.time() - t)
            t = time.time()
            p = c.profile(d)
            print(p.rows, p.read, p.method, p.size, time.time() - t)
            for f in p.fields:
                print("   ", f)
