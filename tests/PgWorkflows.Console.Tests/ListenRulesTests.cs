using Microsoft.Extensions.Configuration;
using PgWorkflows.Runtime;
using PgWorkflows.Server.Access;
using Xunit;

namespace PgWorkflows.Console.Tests;

public sealed class ListenRulesTests
{
    [Theory]
    [InlineData("http://127.0.0.1:80"), InlineData("http://127.8.8.8:80"), InlineData("http://localhost:80"), InlineData("http://[::1]:80"), InlineData("https://*:443"), InlineData("https://db1:443"), InlineData("http://unix:/run/pgw.sock")]
    public void Loopback_and_https_may_be_listened_on(string address) => ListenRules.Check([address], new(false, TimeSpan.FromHours(8)));

    [Theory]
    [InlineData("http://*:80"), InlineData("http://+:80"), InlineData("http://0.0.0.0:80"), InlineData("http://[::]:80"), InlineData("http://10.0.0.1:80"), InlineData("http://db1:80")]
    public void Beyond_loopback_plain_http_is_refused_with_the_key_that_would_allow_it(string address)
    {
        var refused = Assert.Throws<ServerConfigurationException>(() => ListenRules.Check([address], new(false, TimeSpan.FromHours(8))));

        Assert.Contains("PgWorkflows:Server:AllowPlainHttp", refused.Message);
        ListenRules.Check([address], new(true, TimeSpan.FromHours(8)));
    }

    [Theory]
    [InlineData("urls", "http://*:80", "http://*:80"), InlineData("http_ports", "80", "http://*:80"), InlineData("Kestrel:Endpoints:Main:Url", "http://0.0.0.0:80", "http://0.0.0.0:80")]
    public void Every_way_to_say_where_is_seen(string key, string value, string address) =>
        Assert.Equal([address], ListenRules.Addresses(Configuration((key, value))));

    [Fact]
    public void Settings_that_are_wrong_are_named_all_at_once()
    {
        var problems = new List<(string Key, string Problem, string Cure)>();
        var options = ServerOptions.Read(Configuration(
            ("PgWorkflows:Server:AllowPlainHttp", "perhaps"), ("PgWorkflows:Server:SessionIdle", "0"), ("PgWorkflows:Server:Colour", "red")), problems);
        Assert.Equal(new(AllowPlainHttp: false, TimeSpan.FromHours(8)), options);
        var refused = Assert.Throws<ServerConfigurationException>(() => ServerConfigurationException.ThrowIfAny(problems));

        Assert.Contains("PgWorkflows:Server:AllowPlainHttp is 'perhaps'", refused.Message);
        Assert.Contains("PgWorkflows:Server:SessionIdle is '0'", refused.Message);
        Assert.Contains("PgWorkflows:Server:Colour is unknown", refused.Message);
    }

    private static IConfiguration Configuration(params (string Key, string Value)[] settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value))).Build();
}
