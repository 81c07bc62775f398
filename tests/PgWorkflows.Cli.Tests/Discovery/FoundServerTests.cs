using System.Text.Json.Nodes;
using PgWorkflows.Cli.Discovery;
using PgWorkflows.Testing;
using Xunit;

namespace PgWorkflows.Cli.Tests.Discovery;

public sealed class FoundServerTests
{
    [Fact]
    public void A_line_of_pg_lsclusters_is_a_unit_where_systemd_runs_and_a_cluster_with_its_own_configuration_elsewhere()
    {
        const string Line = "15  main    5432 online postgres /var/lib/postgresql/15/main /var/log/postgresql/postgresql-15-main.log";

        var unit = DebianClusters.Parse(Line, hasSystemd: true)!;
        var plain = DebianClusters.Parse(Line, hasSystemd: false)!;

        Assert.Equal(("systemd", "postgresql@15-main", "/var/lib/postgresql/15/main", 5432, true), (unit.ServiceControl, unit.Service, unit.DataDirectory, unit.Port, unit.IsRunning));
        Assert.Equal(("pg_ctl", null), (plain.ServiceControl, plain.Service));
        Assert.Contains("config_file=/etc/postgresql/15/main/postgresql.conf", plain.Entry("x")["startOptions"]!.AsArray().Select(option => option!.GetValue<string>()));
        Assert.Null(DebianClusters.Parse("15 broken", true));
        Assert.Null(DebianClusters.Parse("", true));
    }

    [Theory]
    [InlineData("postgresql-x64-15", "postgresql-x64-15")]
    [InlineData("_a b&c", "a-b-c")]
    [InlineData("日本", "main")]
    public void Names_are_made_of_what_names_may_have(string from, string name) => Assert.Equal(name, FoundServer.NameOf(from));

    [Fact]
    public async Task A_running_server_is_found_shown_added_once_and_then_protected()
    {
        await using var cluster = await TemporaryCluster.StartedAsync();
        using var pgw = new Pgw();
        File.WriteAllText(pgw.ConfigurationFile, "{\n  // Ours.\n  \"PgWorkflows\": {\n    \"Resources\": [] // none yet\n  }\n}\n");

        var unasked = await pgw.RunAsync("resources", "add", cluster.DataDirectory);
        Assert.Equal(64, unasked.ExitCode);
        Assert.DoesNotContain("dataDirectory", File.ReadAllText(pgw.ConfigurationFile));

        var added = await pgw.RunAsync("resources", "add", cluster.DataDirectory, "--yes", "--name", "found");
        Assert.True(added.ExitCode == 0, added.Stdout + added.Stderr);
        var text = File.ReadAllText(pgw.ConfigurationFile);
        Assert.Contains("// Ours.", text);
        Assert.Contains("// none yet", text);
        Assert.False(File.Exists(pgw.ConfigurationFile + ".new"));
        Assert.Equal("Succeeded", (await pgw.JsonAsync("deepCheck", "found")).GetProperty("result").GetString());

        var again = await pgw.RunAsync("resources", "add", cluster.DataDirectory, "--yes");
        Assert.NotEqual(0, again.ExitCode);
        Assert.Equal(text, File.ReadAllText(pgw.ConfigurationFile));
    }

    [Fact]
    public async Task A_name_that_is_taken_is_refused_and_a_mistake_elsewhere_is_no_obstacle()
    {
        await using var cluster = await TemporaryCluster.StartedAsync();
        using var pgw = new Pgw(new JsonObject { ["name"] = "taken", ["serviceControl"] = "pg_ctl", ["dataDirectory"] = "/nowhere", ["port"] = 1 });

        var added = await pgw.RunAsync("resources", "add", cluster.DataDirectory, "--yes", "--name", "fresh");

        Assert.True(added.ExitCode == 0, added.Stdout + added.Stderr);
        var second = await pgw.RunAsync("quickCheck", "fresh");
        Assert.Equal(0, second.ExitCode);
    }
}
