using PgWorkflows.Cli.Service;
using PgWorkflows.Postgres.Resources;
using Xunit;

namespace PgWorkflows.Cli.Tests.Service;

/// <summary>What pgw service writes; that systemd takes it is shown in PgWorkflows.Systemd.Tests.</summary>
public sealed class ServiceTextTests
{
    private static readonly Resource Unit = new()
    {
        Name = "main", ServiceControl = ServiceControlKind.Systemd, Service = "postgresql@15-main", DataDirectory = "/var/lib/postgresql/15/main", BinDirectory = "/usr/lib/postgresql/15/bin", Port = 5432,
    };

    [Theory]
    [InlineData("/opt/pgw/pgw", "/opt/pgw/pgw")]
    [InlineData("/opt/my tools/100%/$x\"y\\", "\"/opt/my tools/100%%/$$x\\\"y\\\\\"")]
    public void A_word_of_a_unit_file_means_itself(string word, string quoted) => Assert.Equal(quoted, SystemdUnitFile.Quote(word));

    [Fact]
    public void Servers_that_pg_ctl_starts_outlive_the_service_and_are_not_shut_in()
    {
        var own = SystemdUnitFile.Text(Plan(Unit with { ServiceControl = ServiceControlKind.PgCtl }));
        var units = SystemdUnitFile.Text(Plan(Unit));

        Assert.Contains("\nKillMode=process\n", own);
        Assert.Contains("\nProtectSystem=full\n", own);
        Assert.DoesNotContain("PrivateTmp", own);
        Assert.Contains("\nKillMode=mixed\n", units);
        Assert.Contains("\nProtectSystem=strict\n", units);
        Assert.Contains("\nStateDirectory=pgworkflows\n", units);
    }

    [Fact]
    public void The_rule_names_the_units_the_account_and_two_verbs()
    {
        var rule = SystemdUnitFile.PolkitRule(Plan(Unit))!;

        Assert.Contains("""var units = ["postgresql@15-main.service"];""", rule);
        Assert.Contains("""subject.user == "postgres" """.TrimEnd(), rule);
        Assert.Contains("""var verbs = ["start", "stop"];""", rule);
        Assert.Null(SystemdUnitFile.PolkitRule(Plan(Unit) with { Account = "root" }));
        Assert.Null(SystemdUnitFile.PolkitRule(Plan(Unit with { ServiceControl = ServiceControlKind.PgCtl })));
    }

    [Fact]
    public void On_Windows_paths_with_blanks_are_between_quotes_and_sc_gets_each_value_as_one_argument()
    {
        var plan = Plan(Unit) with { Programs = @"C:\Program Files\PgWorkflows", ConfigurationFile = @"C:\ProgramData\PgWorkflows\appsettings.json", Data = @"D:\data\" };

        Assert.Equal(
            """
            "C:\Program Files\PgWorkflows\pgw-server.exe" "--service=pgworkflows" "--config=C:\ProgramData\PgWorkflows\appsettings.json" "--PgWorkflows:Data=D:\data\\"
            """, WindowsInstaller.CommandLine(plan));
        var create = Assert.IsType<ServiceStep.Run>(WindowsInstaller.Install(plan, start: true)[0]).Command;
        Assert.Equal(["create", "pgworkflows", "binPath=", WindowsInstaller.CommandLine(plan), "start=", "auto", "obj=", "postgres", "DisplayName=", "PgWorkflows"], create.Arguments);
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("-x")]
    [InlineData("../x")]
    [InlineData("x&y")]
    [InlineData("%PATH%")]
    [InlineData("")]
    public async Task A_service_is_not_called_just_anything(string name)
    {
        Assert.NotNull(ServicePlan.Problem(name));
        using var pgw = new Pgw();
        Assert.Equal(64, (await pgw.RunAsync("service", "status", $"--name={name}")).ExitCode);
    }

    private static ServicePlan Plan(Resource resource) => new("pgworkflows", "postgres", "/etc/pgworkflows/appsettings.json", "/var/lib/pgworkflows", [resource]);
}
