using System.Text.Json;
using PgWorkflows.Server.Access;
using PgWorkflows.Testing;
using Xunit;

namespace PgWorkflows.Console.Tests;

/// <summary>The real pgw, as a process, against the server.</summary>
public sealed class PgwThroughServerTests
{
    [Fact]
    public async Task The_same_actions_with_the_same_output_and_exit_codes()
    {
        await using var cluster = await TemporaryCluster.StartedAsync();
        using var server = new TestServer(cluster.Resource);
        var key = await server.KeyAsync(Role.Operator);

        Assert.Equal(0, (await PgwAsync(server.Address, key, "deepCheck", "main")).ExitCode);
        await TemporaryCluster.SignalAsync("KILL", cluster.Pid);
        var failed = await PgwAsync(server.Address, key, "quickCheck", "main");
        Assert.Equal(1, failed.ExitCode);
        Assert.Contains("(2) not running (113544)", failed.Stdout);
        Assert.Equal(0, (await PgwAsync(server.Address, key, "recover", "main")).ExitCode);

        // What this machine's history says of the run is what the server says, letter by letter.
        foreach (var command in new[] { "show last", "history", "events", "resources" })
        {
            var there = await PgwAsync(server.Address, key, [.. command.Split(' '), "--json"]);
            var here = await PgwAsync(null, null, [.. command.Split(' '), "--json", "--config", server.ConfigurationFile]);
            Assert.Equal((0, here.Stdout), (there.ExitCode, there.Stdout));
            Assert.NotEqual("[]", JsonSerializer.Deserialize<JsonElement>(there.Stdout).GetRawText());
        }

        var set = await PgwAsync(server.Address, key, "state", "main", "ISU", "--json");
        Assert.Equal((0, "ISU"), (set.ExitCode, JsonSerializer.Deserialize<JsonElement>(set.Stdout).GetProperty("state").GetString()));
        Assert.Contains("set by", (await PgwAsync(server.Address, key, "state", "main")).Stdout);
        Assert.Equal(66, (await PgwAsync(server.Address, key, "state", "none", "ISP")).ExitCode);

        Assert.Equal(66, (await PgwAsync(server.Address, key, "quickCheck", "none")).ExitCode);
        Assert.Equal(66, (await PgwAsync(server.Address, key, "history", "none")).ExitCode);
        Assert.Equal(67, (await PgwAsync(server.Address, key, "show", "zzz")).ExitCode);
    }

    [Fact]
    public async Task A_server_that_refuses_or_is_not_there_has_its_exit_code()
    {
        using var server = new TestServer();

        var small = await PgwAsync(server.Address, await server.KeyAsync(Role.Viewer), "recover", "main");
        Assert.Equal(77, small.ExitCode);
        Assert.Contains("The role Viewer does not have the permission exec:actions", small.Stderr);
        Assert.Equal(77, (await PgwAsync(server.Address, "pgw_wrong", "resources")).ExitCode);
        Assert.Equal(69, (await PgwAsync(new("http://127.0.0.1:1"), "pgw_x", "resources")).ExitCode);
        Assert.Equal(64, (await PgwAsync(server.Address, null, "resources")).ExitCode);
        Assert.Equal(64, (await PgwAsync(server.Address, "two words", "resources")).ExitCode);
        Assert.Equal(77, (await PgwAsync(server.Address, await server.KeyAsync(Role.Viewer), "state", "main", "ISP")).ExitCode);
        foreach (var here in new[] { "doctor", "demo", "serve", "workflows validate", "workflows run x.json", "workflows conform x" })
        {
            var refused = await PgwAsync(server.Address, "pgw_x", here.Split(' '));
            Assert.Equal(64, refused.ExitCode);
            Assert.Contains("without --server", refused.Stderr.Replace("Leave --server out", "without --server", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_key_file_is_used_when_only_its_owner_can_read_it()
    {
        using var server = new TestServer();
        var file = Path.Combine(Path.GetDirectoryName(server.Data)!, "key");
        await File.WriteAllTextAsync(file, await server.KeyAsync(Role.Viewer) + "\n", TestContext.Current.CancellationToken);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.OtherRead);
            var open = await PgwAsync(server.Address, null, "resources", "--key-file", file);
            Assert.Equal(64, open.ExitCode);
            Assert.Contains("can be read by others", open.Stderr);
            File.SetUnixFileMode(file, UnixFileMode.UserRead);
        }

        Assert.Equal(0, (await PgwAsync(server.Address, null, "resources", "--key-file", file)).ExitCode);
    }

    private static Task<Pgw.Ended> PgwAsync(Uri? server, string? key, params string[] arguments) => Pgw.RunAsync(server, key, arguments);
}
