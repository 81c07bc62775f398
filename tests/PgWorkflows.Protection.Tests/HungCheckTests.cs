using PgWorkflows.Testing;

namespace PgWorkflows.Protection.Tests;

/// <summary>One service manager that does not answer is one resource's trouble.</summary>
public sealed class HungCheckTests
{
    [Fact]
    public async Task A_check_that_hangs_is_not_started_again_and_delays_nobody()
    {
        using var services = await ScriptedServices.CreateAsync();
        var hung = await services.AddAsync("hung");
        var well = await services.AddAsync("well");
        foreach (var entry in new[] { hung, well })
            (entry["quickCheckInterval"], entry["deepCheckInterval"]) = ("00:00:01", "01:00:00");
        services.Replace("sc", """
            [ "$2" = hung ] && exec sleep 60
            printf 'SERVICE_NAME: %s\n        TYPE               : 10  WIN32_OWN_PROCESS\n        STATE              : 4  RUNNING\n' "$2"
            """);

        await using var server = await TestServer.StartAsync([hung, well]);
        var recorded = new Recorded(server);
        await Until.TrueAsync(() => recorded.Runs("quickCheck").Count(run => run is { Resource: "well", Result: "Succeeded" }) >= 6);

        var asked = Assert.Single(recorded.Runs("quickCheck"), run => run.Resource == "hung");
        Assert.Equal("Running", asked.Status);
    }
}
