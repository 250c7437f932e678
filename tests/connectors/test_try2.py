import sqlite3
from governance.sources.connectors.sqlite import SQLite
def test_try(tmp_path):
    p=tmp_path/"x' ?#%.db"
    db=sqlite3.connect(p)
    db.executescript('create table people(id integer primary key, name text, born date, paid decimal, ok boolean, b blob, free); create view v as select name from people; create table "we""ird; drop" (a,"b c"); create table wr(k text primary key, v) without rowid; create table fk(p references people(id))')
    db.executemany("insert into people values(?,?,?,?,?,?,?)", [(i,f"n{i}","2001-01-%02d"%(i%28+1),i/7,i%2,b"xx",i) for i in range(5000)])
    db.executemany("insert into wr values(?,?)", [(f"n{i}",1) for i in range(5000)])
    db.execute("insert into people(name) values (cast(x'ff41' as text))")
    db.commit()
    with SQLite(SQLite.Config(path=str(p))) as c:
        print(c.check())
        for d in c.datasets():
            print(d)
            s=c.sample(d,10); print(s.method, [x[:2] for x in s.columns])
            p=c.profile(d); print(p.rows,p.read,p.method,p.size)
            for f in p.fields: print("   ",f)
