namespace PgWorkflows.Systemd.Tests;

/// <summary>A unit that systemd restarts by itself, at the same time as we act on it.</summary>
[Collection(nameof(Booted))]
public sealed class RestartTests(BootedSystemd systemd)
{
    private string _name = "";

    private string Unit => $"pg-{_name}.service";

    [Fact]
    public async Task Recover_beside_a_restart_of_systemd_leaves_one_server_that_answers()
    {
        var cluster = await CreateAsync("racing", "Restart=always\nRestartSec=0");

        for (var i = 0; i < 3; i++)
        {
            await cluster.KillPostmasterAsync();
            var recovered = await cluster.PgwAsync("recover");

            Assert.True(recovered.Result == "Succeeded", string.Join('\n', recovered.Steps));
            Assert.Equal([113584, 113580], recovered.Events);
            Assert.Equal("1\n", await cluster.SqlAsync("select 1"));
            Assert.Equal("1", (await systemd.ShellAsync($"pgrep -fc '^/usr/lib/postgresql/{Cluster.Version}/bin/postgres -D {cluster.DataDirectory} '")).Trim());
        }

        var removed = await cluster.PgwAsync("remove");
        await systemd.ShellAsync("sleep 0.5"); // Longer than RestartSec: what we stop stays down.
        Assert.Equal("Succeeded", removed.Result);
        Assert.Equal("inactive", await StateAsync());
    }

    [Fact]
    public async Task A_unit_that_waits_for_its_restart_is_pending_and_remove_ends_that()
    {
        var cluster = await CreateAsync("waiting", "Restart=always\nRestartSec=1h");
        await cluster.KillPostmasterAsync();
        while (await StateAsync() != "activating")
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, TestContext.Current.CancellationToken);

        var check = await cluster.PgwAsync("quickCheck");
        Assert.Equal((1, "113544"), (check.ReturnValue, string.Join(' ', check.Events)));
        Assert.Contains("activating (auto-restart), result signal", check.Step("(2) sc query"));

        var removed = await cluster.PgwAsync("remove");
        Assert.Equal("Succeeded", removed.Result);
        Assert.Equal("inactive", await StateAsync());
    }

    [Fact]
    public async Task A_server_that_cannot_start_and_is_restarted_too_often_is_stopped_and_says_why()
    {
        var cluster = await CreateAsync("looping", "Restart=always\nRestartSec=0");
        Assert.Equal("Succeeded", (await cluster.PgwAsync("remove")).Result);
        await systemd.ShellAsync($"systemctl reset-failed {Unit} || true; echo 'port = nonsense' >>{cluster.DataDirectory}/postgresql.auto.conf");

        var restored = await cluster.PgwAsync("restore");

        Assert.Equal(("Failed", 1), (restored.Result, restored.ReturnValue));
        Assert.Contains("Stopped", restored.Step("(4) sc query"));
        Assert.Matches("result (exit-code|start-limit-hit), restarted [0-9]+ times by systemd", restored.Step("(4) sc query"));
    }

    private async Task<Cluster> CreateAsync(string name, string restart)
    {
        _name = name;
        var cluster = await Cluster.CreateAsync(systemd, name);
        await systemd.WriteAsync($"/etc/systemd/system/{Unit}", $"""
            [Unit]
            StartLimitIntervalSec=60
            StartLimitBurst=20
            [Service]
            Type=notify
            User=postgres
            ExecStart=/usr/lib/postgresql/{Cluster.Version}/bin/postgres -D {cluster.DataDirectory} -c config_file=/etc/postgresql/{Cluster.Version}/{name}/postgresql.conf
            KillMode=mixed
            KillSignal=SIGINT
            {restart}

            """);
        await systemd.RunAsync("systemctl", "daemon-reload");
        await cluster.ProtectAsync(Unit);
        Assert.Equal("Succeeded", (await cluster.PgwAsync("restore")).Result);
        return cluster;
    }

    private async Task<string> StateAsync() => (await systemd.RunAsync("systemctl", "show", "--value", "-p", "ActiveState", Unit)).Trim();
}
