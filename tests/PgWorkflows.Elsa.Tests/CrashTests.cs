using System.Net.Http.Json;
using System.Text.Json;
using PgWorkflows.Cli.Tests;
using PgWorkflows.Persistence;
using PgWorkflows.Persistence.Resources;
using PgWorkflows.Postgres.Resources;
using Xunit;

[assembly: System.Runtime.Versioning.SupportedOSPlatform("linux")] // A server that is killed, programs that are shell scripts.

namespace PgWorkflows.Elsa.Tests;

/// <summary>The real server, killed in the worst moment and started again, with Elsa's own restart of stale runs switched on.</summary>
public sealed class CrashTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Killed_inside_remove_after_the_stop_was_issued_it_does_not_stop_again()
    {
        using var service = await ScriptedService.CreateAsync("4  RUNNING", pauseSeconds: 2);
        using var server = new ElsaProgram();
        Assert.NotNull(await server.StartAsync(service.Entry));
        using (var client = await server.SignInAsync())
        {
            var running = client.PostAsJsonAsync("elsa/api/workflow-definitions/remove/execute", new { input = new { Resource = "main" } }, Token);
            await service.SawAsync("stop");
            await server.KillAsync();
            await Assert.ThrowsAnyAsync<HttpRequestException>(() => running);
        }

        await service.SettleAsync();
        Assert.NotNull(await server.StartAsync(service.Entry));
        using var again = await server.SignInAsync();
        JsonElement instance = default;
        await service.UntilAsync(async () =>
        {
            var list = await again.GetFromJsonAsync<JsonElement>("elsa/api/workflow-instances?page=0&pageSize=10", Token);
            instance = list.GetProperty("items")[0];
            return instance.GetProperty("status").GetString() == "Finished";
        });

        // Elsa did take it up again, and what it came to is known.
        Assert.Contains($"Restarting workflow {instance.GetProperty("id").GetString()}", server.Log, StringComparison.Ordinal);
        Assert.Equal("Cancelled", instance.GetProperty("subStatus").GetString());
        Assert.Equal(["stop"], service.Log);
        var journal = await again.GetFromJsonAsync<JsonElement>($"elsa/api/workflow-instances/{instance.GetProperty("id").GetString()}/journal?skip=0&take=100", Token);
        Assert.Contains(journal.GetProperty("items").EnumerateArray(), entry => entry.GetProperty("eventName").GetString() == "Interrupted"
            && entry.GetProperty("message").GetString()!.Contains("Whether '(3) sc stop' took effect is not known; it is not repeated.", StringComparison.Ordinal));

        var states = new ResourceStateStore(Database.Open(server.Data), new ResourceList([]), TimeProvider.System);
        Assert.Equal(ResourceState.OSF, (await states.FindAsync("main", Token)).State);
        Assert.Null(await states.HolderAsync("main", Token));

        // And the resource can be used again.
        using var restored = await again.PostAsJsonAsync("elsa/api/workflow-definitions/remove/execute", new { input = new { Resource = "main" } }, Token);
        Assert.True(restored.IsSuccessStatusCode, await restored.Content.ReadAsStringAsync(Token));
        Assert.Equal(ResourceState.OSU, (await states.FindAsync("main", Token)).State);
        Assert.Equal(["stop"], service.Log);
    }
}
