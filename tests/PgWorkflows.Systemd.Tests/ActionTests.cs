using System.Text.Json;

namespace PgWorkflows.Systemd.Tests;

/// <summary>The five actions on a real PostgreSQL unit of a real systemd.</summary>
[Collection(nameof(Booted))]
public sealed class ActionTests(BootedSystemd systemd)
{
    [Fact]
    public async Task All_five_actions_with_their_events_in_the_journal()
    {
        var cluster = await Cluster.CreateAsync(systemd, "main");

        var restored = await cluster.PgwAsync("restore");
        Assert.Equal(("Succeeded", 0), (restored.Result, restored.ReturnValue));
        Assert.Equal([113504, 113500], restored.Events);
        Assert.Contains($"Stopped: {cluster.Unit} is stopped (systemctl show: inactive (dead))", restored.Step("(2) sc query"));
        Assert.Equal("active", await cluster.ShowAsync("ActiveState"));
        Assert.Equal("1\n", await cluster.SqlAsync("select 1"));

        Assert.Equal("Succeeded", (await cluster.PgwAsync("quickCheck")).Result);
        Assert.Equal("Succeeded", (await cluster.PgwAsync("deepCheck")).Result);
        var already = await cluster.PgwAsync("restore");
        Assert.Contains($"Running: {cluster.Unit} is running (systemctl show: active (running), main process ", already.Step("(2) sc query"));
        Assert.DoesNotContain(already.Steps, step => step.StartsWith("(3)", StringComparison.Ordinal));

        await cluster.KillPostmasterAsync();
        await WaitAsync(async () => await cluster.ShowAsync("ActiveState") != "active");
        var noticed = await cluster.PgwAsync("quickCheck");
        Assert.Equal(("Failed", 1, "113544"), (noticed.Result, noticed.ReturnValue, string.Join(' ', noticed.Events)));
        Assert.Matches("^Stopped: .*systemctl show: (inactive|failed) ", noticed.Step("(2) sc query"));

        var recovered = await cluster.PgwAsync("recover");
        Assert.Equal("Succeeded", recovered.Result);
        Assert.Equal([113584, 113580], recovered.Events);
        Assert.Equal("1\n", await cluster.SqlAsync("select 1"));

        var removed = await cluster.PgwAsync("remove");
        Assert.Equal("Succeeded", removed.Result);
        Assert.Equal([113524, 113520], removed.Events);
        Assert.Equal("inactive", await cluster.ShowAsync("ActiveState"));

        var journal = (await systemd.RunAsync("journalctl", "SYSLOG_IDENTIFIER=pgworkflows", "PGWORKFLOWS_RESOURCE=main", "-o", "json", "--no-pager"))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonSerializer.Deserialize<JsonElement>(line)).ToList();
        Assert.Equal([113504, 113500, 113504, 113500, 113544, 113584, 113580, 113524, 113520], journal.Select(entry => int.Parse(entry.GetProperty("PGWORKFLOWS_EVENT").GetString()!)));
        Assert.Equal("3", journal[4].GetProperty("PRIORITY").GetString());
        Assert.StartsWith("113544: The quickchk action failed.", journal[4].GetProperty("MESSAGE").GetString());
        Assert.Contains("113544", await systemd.RunAsync("journalctl", "MESSAGE_ID=5d1e0c4b7a8f4f0e9b2c60f10001bb88", "--no-pager"));
    }

    [Fact]
    public async Task A_masked_unit_is_stopped_and_refuses_to_start()
    {
        var cluster = await Cluster.CreateAsync(systemd, "masked");
        await systemd.RunAsync("systemctl", "mask", "--runtime", cluster.Unit);

        var restored = await cluster.PgwAsync("restore");

        Assert.Equal(("Failed", 2), (restored.Result, restored.ReturnValue));
        Assert.Equal([113504, 113005, 113501], restored.Events);
        Assert.Contains("inactive (dead), masked", restored.Step("(2) sc query"));
        Assert.Contains("is masked", restored.Step("(3) sc start"));
    }

    [Fact]
    public async Task A_unit_that_fails_to_start_is_seen_as_stopped()
    {
        var cluster = await Cluster.CreateAsync(systemd, "failing");
        await systemd.ShellAsync($"echo 'shared_buffers = nonsense' >>/etc/postgresql/{Cluster.Version}/failing/postgresql.conf");

        var restored = await cluster.PgwAsync("restore");

        Assert.Equal(("Failed", 1), (restored.Result, restored.ReturnValue));
        Assert.Equal([113504, 113501], restored.Events);
        Assert.Contains("accepted", restored.Step("(3) sc start"));
        Assert.Contains("Stopped", restored.Step("(4) sc query"));
    }

    [Fact]
    public async Task A_unit_that_does_not_exist_has_no_status()
    {
        var cluster = await Cluster.CreateAsync(systemd, "absent");
        await cluster.ProtectAsync("postgresql-18");

        var check = await cluster.PgwAsync("quickCheck");
        var removed = await cluster.PgwAsync("remove");

        Assert.Contains("NoValue", check.Step("(2) sc query"));
        Assert.Contains("no such unit (not-found)", check.Step("(2) sc query"));
        Assert.Equal([113524, 113007, 113521], removed.Events);
        Assert.Contains("not loaded", removed.Step("(3) sc stop"));
    }

    private static async Task WaitAsync(Func<Task<bool>> condition)
    {
        for (var i = 0; i < 300; i++)
        {
            if (await condition())
                return;
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        Assert.Fail("It did not come to pass within 30 s.");
    }
}

/// <summary>One systemd for all tests, which run one after the other.</summary>
[CollectionDefinition(nameof(Booted), DisableParallelization = true)]
public sealed class Booted : ICollectionFixture<BootedSystemd>;
