using PgWorkflows.Cli.Doctor;
using PgWorkflows.Postgres.Resources;
using Xunit;

namespace PgWorkflows.Cli.Tests.Doctor;

public sealed class DoctorFactsTests
{
    private static readonly Resource Windows = new()
    {
        Name = "sales", ServiceControl = ServiceControlKind.Sc, Service = "postgresql-x64-15", DataDirectory = @"D:\pg\data", BinDirectory = @"C:\pg\bin", Port = 5432,
    };

    [Theory]
    [InlineData("postgresql-15.service", "Environment=PGDATA=/var/lib/pgsql/15/data/\nExecStart={ path=/usr/pgsql-15/bin/postmaster ; argv[]=/usr/pgsql-15/bin/postmaster -D ${PGDATA} ; ignore_errors=no ; status=0/0 }", "/var/lib/pgsql/15/data/")]
    [InlineData("pg.service", "Environment=\nExecStart={ path=/usr/bin/postgres ; argv[]=/usr/bin/postgres -D /data/a -c x=y ; ignore_errors=no ; status=0/0 }", "/data/a")]
    [InlineData("postgresql@15-main.service", "Environment=\nExecStart={ path=/usr/bin/pg_ctlcluster ; argv[]=/usr/bin/pg_ctlcluster --skip-systemctl-redirect 15-main start ; }", "15/main")]
    [InlineData("postgresql@15-my-own.service", "", "15/my-own")]
    [InlineData("other.service", "ExecStart={ path=/bin/x ; argv[]=/bin/x ; }", null)]
    public void A_units_data_directory_stands_in_its_arguments_its_environment_or_its_name(string name, string output, string? directory) =>
        Assert.Equal(directory, UnitFacts.Parse(name, output, (version, cluster) => $"{version}/{cluster}").DataDirectory);

    [Theory]
    [InlineData("""
        "C:\Program Files\PostgreSQL\15\bin\pg_ctl.exe" runservice -N "postgresql-x64-15" -D "C:\Program Files\PostgreSQL\15\data" -w -o "-p 5433 -c \"a=b c\""
        """, @"C:\Program Files\PostgreSQL\15\data", 5433)]
    [InlineData(@"C:\pg\bin\pg_ctl.exe runservice -N pg -D D:\pg\data -w", @"D:\pg\data", null)]
    [InlineData(@"C:\pg\bin\pg_ctl.exe runservice -N pg -DD:\pg\data -o-p5434", @"D:\pg\data", 5434)]
    [InlineData("""
        "C:\pg\bin\pg_ctl.exe" runservice -N pg -D "D:\pg data\\" -o "-c port=5435"
        """, @"D:\pg data\", 5435)]
    [InlineData(@"C:\pg\bin\pg_ctl.exe runservice -N pg", null, null)]
    public void A_services_data_directory_and_port_stand_in_its_command_line(string commandLine, string? directory, int? port)
    {
        var service = new WindowsServiceFacts("pg", commandLine, "LocalSystem", false);
        Assert.Equal((directory, port), (service.DataDirectory, service.Port));
    }

    [Fact]
    public void Failure_actions_are_read_from_their_bytes()
    {
        Assert.True(WindowsServiceFacts.HasRestart(Actions(0, 1)));
        Assert.False(WindowsServiceFacts.HasRestart(Actions(0, 3)));
        Assert.False(WindowsServiceFacts.HasRestart(null));
        Assert.False(WindowsServiceFacts.HasRestart([1, 2, 3]));

        static byte[] Actions(params int[] kinds) =>
            [.. new[] { 86400, 0, 0, kinds.Length, 20 }.Concat(kinds.SelectMany(kind => new[] { kind, 60000 })).SelectMany(BitConverter.GetBytes)];
    }

    [Fact]
    public void A_windows_service_is_judged_by_what_it_runs()
    {
        var right = WindowsServiceDoctor.Judge(Windows, new("postgresql-x64-15", """
            "C:\pg\bin\pg_ctl.exe" runservice -N "postgresql-x64-15" -D "d:/PG/data/"
            """, @"NT AUTHORITY\NetworkService", false));
        var wrong = WindowsServiceDoctor.Judge(Windows, new("postgresql-x64-15", @"C:\pg\bin\pg_ctl.exe runservice -D E:\other", "LocalSystem", true));
        var foreign = WindowsServiceDoctor.Judge(Windows, new("Spooler", @"C:\Windows\System32\spoolsv.exe", "LocalSystem", false));

        Assert.All(right, diagnosis => Assert.Equal(Verdict.Good, diagnosis.Verdict));
        Assert.Contains(wrong, diagnosis => diagnosis is { Verdict: Verdict.Bad, Cure: @"set dataDirectory to E:\other, or service to the right one" });
        Assert.Contains(wrong, diagnosis => diagnosis is { Verdict: Verdict.Note, Subject: "sales: supervisors" });
        Assert.Equal(Verdict.Bad, foreign[0].Verdict);
    }

    [Theory]
    [InlineData("Patroni", "/usr/bin/python3", "/usr/bin/patroni", "/etc/patroni/config.yml")]
    [InlineData("repmgr's daemon", "/usr/bin/repmgrd", "-f", "/etc/repmgr.conf")]
    [InlineData("Pacemaker", "/usr/sbin/pacemakerd")]
    [InlineData("LifeKeeper", "/opt/LifeKeeper/bin/lcd")]
    [InlineData("monit", "/usr/bin/monit", "-c", "/etc/monit/monitrc")]
    public void Other_supervisors_are_known_by_their_processes(string what, params string[] words)
    {
        var note = Assert.Single(SupervisorDoctor.Judge([["/sbin/init"], words, ["vi", "x", "patroni.yml"]]));

        Assert.Equal(Verdict.Note, note.Verdict);
        Assert.StartsWith(what, note.Finding);
        Assert.NotNull(note.Cure);
    }

    [Fact]
    public void Without_them_all_is_well() => Assert.Equal(Verdict.Good, Assert.Single(SupervisorDoctor.Judge([["/sbin/init"], []])).Verdict);
}
