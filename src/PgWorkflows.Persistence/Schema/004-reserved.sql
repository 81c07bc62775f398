-- The number belongs to a change that is made elsewhere at the same time; schema numbers are given out one after another.
select 4;
